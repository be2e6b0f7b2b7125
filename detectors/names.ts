const KNOWN_MAX = 4_096;

/** Remembers what a test has said of names, of which a text has few and asks for many times. */
export function remembered(test: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    if (known.size >= KNOWN_MAX) known.clear();
    const fresh = test(name);
    known.set(name, fresh);
    return fresh;
  };
}
