// What changes between two pictures. Elements are compared by value, so a document
// that changes nothing visible touches nothing.

export interface Difference<T> {
  added: T[];
  changed: T[];
  /** Ids. */
  removed: string[];
}

export function difference<T extends { id: string }>(before: ReadonlyMap<string, T>, after: readonly T[]): Difference<T> {
  const result: Difference<T> = { added: [], changed: [], removed: [] };
  const kept = new Set<string>();
  for (const item of after) {
    kept.add(item.id);
    const old = before.get(item.id);
    if (old === undefined) result.added.push(item);
    else if (JSON.stringify(old) !== JSON.stringify(item)) result.changed.push(item);
  }
  for (const id of before.keys()) {
    if (!kept.has(id)) result.removed.push(id);
  }
  return result;
}
