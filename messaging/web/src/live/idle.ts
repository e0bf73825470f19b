const IDLE_AFTER_MS = 10 * 60_000;
const LOOK_EVERY_MS = 15_000;

/** Nothing touched for a while is away, whatever the window shows; the first touch is back. */
export function watchIdleness(tell: (isIdle: boolean) => void): void {
  let touchedAt = Date.now();
  let isIdle = false;
  const touched = (): void => {
    touchedAt = Date.now();
    if (!isIdle) return;
    isIdle = false;
    tell(false);
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) addEventListener(kind, touched, { passive: true, capture: true });
  setInterval(() => {
    if (isIdle || Date.now() - touchedAt < IDLE_AFTER_MS) return;
    isIdle = true;
    tell(true);
  }, LOOK_EVERY_MS);
}
