import type { EventFrame, Heads, Id } from "../contract/types.ts";

/** What to do with a frame, given the last one applied on its stream. */
export type Verdict = "apply" | "ignore" | "fill";

/** Judge one frame: the next in order is applied, an old one ignored, a later one shows that frames are missing. */
export function judge(applied: number, seq: number): Verdict {
  if (seq <= applied) return "ignore";
  return seq === applied + 1 ? "apply" : "fill";
}

/**
 * The client's whole memory of where it stands: per conversation the last `seq` it has applied, and what waits behind a gap.
 *
 * Pure bookkeeping without sockets: given frames, it says which to apply now and which conversations need filling.
 */
export class Cursors {
  /** The newest `seq` the server has named, also of what is not followed (yet): what an answer is compared with. */
  private readonly heads = new Map<Id, number>();
  private readonly applied = new Map<Id, number>();
  private readonly held = new Map<Id, Map<number, EventFrame>>();
  private readonly onSkip: () => void;

  /** `onSkip` hears when a conversation is taken as it stands: what led there was not told by events. */
  constructor(onSkip: () => void = () => undefined) {
    this.onSkip = onSkip;
  }

  /** Where a conversation stands; undefined when it is not followed. */
  at(conversationId: Id): number | undefined {
    return this.applied.get(conversationId);
  }

  /** The newest number the server has named of a conversation, 0 for none. */
  headOf(conversationId: Id): number {
    return this.heads.get(conversationId) ?? 0;
  }

  /** The server has named a number. */
  raise(conversationId: Id, seq: number): void {
    if (seq > this.headOf(conversationId)) this.heads.set(conversationId, seq);
  }

  /** Follow a conversation from `seq`; a cursor never goes back. */
  follow(conversationId: Id, seq: number): void {
    const before = this.applied.get(conversationId) ?? -1;
    if (seq <= before) return;
    this.applied.set(conversationId, seq);
    this.onSkip();
  }

  /** Stop following, when a membership ends. */
  forget(conversationId: Id): void {
    this.heads.delete(conversationId);
    this.applied.delete(conversationId);
    this.held.delete(conversationId);
  }

  /** Take a frame: the frames to apply now, in order, and whether some before them are missing. */
  take(frame: EventFrame): { ready: EventFrame[]; gap: boolean } {
    const id = frame.conversation_id;
    if (id === null) return { ready: [frame], gap: false };
    this.raise(id, frame.seq);
    const applied = this.applied.get(id);
    if (applied === undefined) return { ready: [], gap: false };
    const verdict = judge(applied, frame.seq);
    if (verdict === "ignore") return { ready: [], gap: false };
    if (verdict === "fill") {
      this.hold(id, frame);
      return { ready: [], gap: true };
    }
    this.applied.set(id, frame.seq);
    return { ready: [frame, ...this.release(id)], gap: false };
  }

  /** The conversations whose head on the server lies past ours. */
  behind(heads: Heads): Id[] {
    return Object.entries(heads)
      .filter(([id, head]) => (this.applied.get(id) ?? Infinity) < head)
      .map(([id]) => id);
  }

  /** Start a conversation again at `seq` after it was reloaded: what waited at or before it is dropped, what follows is released. */
  restart(conversationId: Id, seq: number): EventFrame[] {
    this.applied.set(conversationId, seq);
    this.onSkip();
    const held = this.held.get(conversationId);
    for (const waiting of held?.keys() ?? []) {
      if (waiting <= seq) held?.delete(waiting);
    }
    return this.release(conversationId);
  }

  private hold(id: Id, frame: EventFrame): void {
    const held = this.held.get(id) ?? new Map<number, EventFrame>();
    held.set(frame.seq, frame);
    this.held.set(id, held);
  }

  private release(id: Id): EventFrame[] {
    const held = this.held.get(id);
    const ready: EventFrame[] = [];
    if (held === undefined) return ready;
    for (let next = this.next(id); held.has(next); next = this.next(id)) {
      const frame = held.get(next);
      held.delete(next);
      if (frame === undefined) break;
      this.applied.set(id, next);
      ready.push(frame);
    }
    if (held.size === 0) this.held.delete(id);
    return ready;
  }

  private next(id: Id): number {
    return (this.applied.get(id) ?? 0) + 1;
  }
}
