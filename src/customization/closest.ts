import leven from 'leven';

/** More slips than this make another word. */
const MAX_SLIPS = 3;

/** The word of `known` that `word` is most likely a slip of, if one is near enough. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, distance: leven(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.min(MAX_SLIPS, candidate.length / 2))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}
