/**
 * Lets one line through per interval and counts the rest; the next line that passes says how many
 * were held back. Holds a number, never a line.
 */
export class LineLimiter {
  private nextAtMs = Number.NEGATIVE_INFINITY;
  private heldBack = 0;

  constructor(
    private readonly write: (line: string) => void,
    private readonly intervalMs: number,
    private readonly nowMs: () => number,
  ) {}

  print(line: string): void {
    const now = this.nowMs();
    if (now < this.nextAtMs) {
      this.heldBack++;
      return;
    }
    this.nextAtMs = now + this.intervalMs;
    this.write(this.heldBack === 0 ? line : `${line} (and ${this.heldBack} more)`);
    this.heldBack = 0;
  }
}
