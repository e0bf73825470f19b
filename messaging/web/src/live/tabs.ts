import type { ClientFrame, Heads, ServerFrame } from "../contract/types.ts";
import { newKey } from "../transport/key.ts";
import { LiveSocket, type Listener } from "./socket.ts";
import type { LineState } from "./store.ts";

type Note =
  | { kind: "frames"; frames: ServerFrame[] }
  | { kind: "state"; state: LineState }
  | { kind: "send"; frame: ClientFrame }
  | { kind: "watch"; tab: string; userIds: string[] }
  | { kind: "retry" }
  | { kind: "join" };

/** The live line as one tab sees it, whether the socket is its own or another tab's. */
export interface Line {
  send(frame: ClientFrame): void;
  retryNow(): void;
  /** Whether the socket is this tab's own: only then does a `resume` answer what this tab has missed. */
  ownsSocket(): boolean;
}

/**
 * One socket for all tabs of a person.
 *
 * The tab that holds the lock opens the socket and passes every frame on; when it closes, the lock goes to the next tab, whose
 * own cursors make good what fell between. A tab that joins is greeted with a `hello` made of the heads seen so far.
 */
export function openLine(userId: string, listener: Listener): Line {
  if (navigator.locks === undefined || typeof BroadcastChannel === "undefined") return openOwnLine(listener);
  const name = `chancery-live-${userId}`;
  const channel = new BroadcastChannel(name);
  const tell = (note: Note): void => channel.postMessage(note);
  const tab = newKey();
  let leader: Leader | null = null;

  channel.onmessage = ({ data: note }: MessageEvent<Note>) => {
    if (leader !== null) leader.hear(note);
    else if (note.kind === "frames") listener.onFrames(note.frames);
    else if (note.kind === "state") listener.onState(note.state);
  };
  navigator.locks.request(name, () => {
    leader = new Leader(listener, tell);
    return new Promise<never>(() => undefined); // Held until the tab closes.
  }).catch((error: unknown) => {
    // Firefox says to a tab that closes, or still waits when it does, that its lock is gone.
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  });
  tell({ kind: "join" });

  return {
    send: (frame) => {
      if (frame.type === "watch") {
        const note: Note = { kind: "watch", tab, userIds: frame.user_ids };
        if (leader === null) tell(note);
        else leader.hear(note);
      } else if (leader !== null) leader.socket.send(frame);
      else if (frame.type !== "resume") tell({ kind: "send", frame });
    },
    retryNow: () => (leader === null ? tell({ kind: "retry" }) : leader.socket.retryNow()),
    ownsSocket: () => leader !== null,
  };
}

function openOwnLine(listener: Listener): Line {
  const socket = new LiveSocket(listener);
  return { send: (frame) => socket.send(frame), retryNow: socket.retryNow, ownsSocket: () => true };
}

const MOST_WATCHED = 200;

class Leader {
  private readonly views = new Map<string, string[]>();
  readonly socket: LiveSocket;
  private readonly tell: (note: Note) => void;
  private state: LineState = "connecting";
  private hello: Extract<ServerFrame, { type: "hello" }> | null = null;

  constructor(listener: Listener, tell: (note: Note) => void) {
    this.tell = tell;
    this.socket = new LiveSocket({
      onFrames: (frames) => {
        for (const frame of frames) this.remember(frame);
        this.tell({ kind: "frames", frames });
        listener.onFrames(frames);
      },
      onState: (state) => {
        this.state = state;
        this.tell({ kind: "state", state });
        listener.onState(state);
      },
    });
  }

  hear(note: Note): void {
    if (note.kind === "send") this.socket.send(note.frame);
    if (note.kind === "watch") this.watch(note.tab, note.userIds);
    if (note.kind === "retry") this.socket.retryNow();
    if (note.kind === "join") this.greet();
  }

  /** What all tabs show together is what the one socket watches. */
  private watch(tab: string, userIds: string[]): void {
    this.views.set(tab, userIds);
    const all = new Set([...this.views.values()].flat());
    this.socket.send({ type: "watch", user_ids: [...all].slice(-MOST_WATCHED) });
  }

  private greet(): void {
    this.tell({ kind: "state", state: this.state });
    if (this.hello !== null) this.tell({ kind: "frames", frames: [this.hello] });
  }

  private remember(frame: ServerFrame): void {
    if (frame.type === "hello") this.hello = frame;
    if (this.hello === null) return;
    if (frame.type === "ping") this.raise(frame.heads, frame.user_seq);
    if (frame.type === "event" && frame.conversation_id !== null) this.raise({ [frame.conversation_id]: frame.seq });
    if (frame.type === "event" && frame.stream === "user") this.raise({}, frame.seq);
    if (frame.type === "event" && frame.stream === "tenant") this.hello.tenant_seq = Math.max(frame.seq, this.hello.tenant_seq);
  }

  private raise(heads: Heads, userSeq: number | null = null): void {
    if (this.hello === null) return;
    for (const [id, seq] of Object.entries(heads)) {
      this.hello.heads[id] = Math.max(seq, this.hello.heads[id] ?? 0);
    }
    if (userSeq !== null) this.hello.user_seq = Math.max(userSeq, this.hello.user_seq);
  }
}
