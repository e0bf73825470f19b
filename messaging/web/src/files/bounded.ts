/**
 * For the reader of PDF files, in its worker: unpacking in pieces, and not without end.
 *
 * The browser unpacks what it is given in one go that nothing can interrupt: six megabytes may become six gigabytes, and ending
 * the worker does not end it. In small pieces it can be ended, and a worker that unpacks too much ends itself.
 */
const PIECE_BYTES = 1 << 15;
const MOST_BYTES = 2 ** 28;

const Native = globalThis.DecompressionStream;

class Bounded {
  readonly readable: ReadableStream<BufferSource>;
  readonly writable: WritableStream<BufferSource>;

  constructor(format: CompressionFormat) {
    let unpacked = 0;
    const pieces = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(given, out) {
        for (let at = 0; at < given.length; at += PIECE_BYTES) out.enqueue(given.subarray(at, at + PIECE_BYTES));
      },
    });
    const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, out) {
        unpacked += piece.byteLength;
        if (unpacked > MOST_BYTES) globalThis.close();
        else out.enqueue(piece);
      },
    });
    this.writable = pieces.writable as WritableStream<BufferSource>;
    this.readable = pieces.readable.pipeThrough(new Native(format) as ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>).pipeThrough(counted);
  }
}

globalThis.DecompressionStream = Bounded as unknown as typeof DecompressionStream;

export {};
