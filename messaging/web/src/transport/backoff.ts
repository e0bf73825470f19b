/**
 * How long to wait before try number `attempt` (from 0): full jitter, so that many clients do not come back together.
 *
 * Units   milliseconds; never less than `floorMs`, which a server may have asked for.
 */
export function backoffMs(attempt: number, options: { baseMs?: number; mostMs?: number; floorMs?: number } = {}): number {
  const { baseMs = 500, mostMs = 30_000, floorMs = 0 } = options;
  const ceiling = Math.min(mostMs, baseMs * 2 ** Math.min(attempt, 16));
  return Math.max(floorMs, Math.round(Math.random() * ceiling));
}
