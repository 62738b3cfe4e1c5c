/**
 * Of long series, the part that is to be run: all of it, unless LANCRE_TEST_SHARE says less, such as 0.1
 * where the same was run in full on another version of Node.
 */
export function shareOf(count: number): number {
  const { LANCRE_TEST_SHARE } = process.env;
  const share = Number(LANCRE_TEST_SHARE ?? 1);
  return Math.ceil(count * (share > 0 && share <= 1 ? share : 1));
}
