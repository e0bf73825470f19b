import type { ClientFrame, ServerFrame } from "../contract/types.ts";
import { backoffMs } from "../transport/backoff.ts";
import type { LineState } from "./store.ts";

const SIGNED_OUT = new Set([4401, 4403]);
const GRACE_FACTOR = 2.5;

export interface Listener {
  onFrames(frames: ServerFrame[]): void;
  onState(state: LineState): void;
}

function socketAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/v1`;
}

function parse(text: string): ServerFrame[] {
  const parsed = JSON.parse(text) as ServerFrame | ServerFrame[];
  return Array.isArray(parsed) ? parsed : [parsed];
}

/**
 * One WebSocket that comes back by itself.
 *
 * Reconnects   full jitter; after a drain frame within the time the server gave; at once when the network returns.
 * Watches      a line without any frame for 2.5 heartbeats is taken for dead, since a cut cable sends no close.
 */
export class LiveSocket {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private drainMs: number | null = null;
  private heartbeatMs = 30_000;
  private retryTimer = 0;
  private silenceTimer = 0;
  private stopped = false;
  private readonly listener: Listener;

  constructor(listener: Listener) {
    this.listener = listener;
    addEventListener("online", this.retryNow);
    addEventListener("offline", this.cut);
    this.open();
  }

  /** Send a frame; frames are dropped while the line is down, as nothing in them outlives the moment. */
  send(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** Try now instead of when the wait is over. */
  readonly retryNow = (): void => {
    if (this.stopped || this.socket !== null) return;
    clearTimeout(this.retryTimer);
    this.open();
  };

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    removeEventListener("online", this.retryNow);
    removeEventListener("offline", this.cut);
    this.socket?.close();
  }

  private open(): void {
    if (!navigator.onLine) {
      this.listener.onState("offline");
      return;
    }
    this.listener.onState("connecting");
    const socket = new WebSocket(socketAddress());
    this.socket = socket;
    socket.onmessage = (event: MessageEvent<string>) => this.receive(event.data);
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code);
    };
    this.watchSilence();
  }

  private receive(text: string): void {
    this.watchSilence();
    const frames = parse(text);
    for (const frame of frames) this.note(frame);
    this.listener.onFrames(frames);
  }

  private note(frame: ServerFrame): void {
    if (frame.type === "hello") {
      this.attempts = 0;
      this.heartbeatMs = frame.heartbeat_s * 1000;
      this.listener.onState("open");
    }
    if (frame.type === "ping") this.send({ type: "pong" });
    if (frame.type === "drain") {
      this.drainMs = frame.retry_after_ms;
      this.socket?.close(1000);
    }
  }

  private closed(code: number): void {
    this.socket = null;
    clearTimeout(this.silenceTimer);
    if (this.stopped) return;
    if (SIGNED_OUT.has(code)) {
      this.stop();
      this.listener.onState("revoked");
      return;
    }
    this.listener.onState(navigator.onLine ? "waiting" : "offline");
    this.retryTimer = setTimeout(this.retryNow, this.waitMs()) as unknown as number;
  }

  private waitMs(): number {
    const drainMs = this.drainMs;
    this.drainMs = null;
    if (drainMs !== null) return Math.round(Math.random() * drainMs);
    return backoffMs(this.attempts++, { baseMs: 1_000, floorMs: 200 });
  }

  private readonly cut = (): void => {
    this.listener.onState("offline");
    const socket = this.socket;
    if (socket === null) return;
    this.socket = null;
    clearTimeout(this.silenceTimer);
    socket.close();
  };

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      const socket = this.socket;
      socket?.close();
      // A close on a dead line may take a minute to be confirmed; nobody should wait for it.
      if (socket !== null && this.socket === socket) this.closed(1006);
    }, this.heartbeatMs * GRACE_FACTOR) as unknown as number;
  }
}
