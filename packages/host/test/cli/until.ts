/**
 * Asks again and again until there is an answer.
 *
 * @param what for the error, such as "the edge is listening"
 * @param probe undefined or false = not yet; an error too, which is told when time is up
 * @param deadlineMilliseconds Default 10,000
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMilliseconds = 10_000,
): Promise<T> {
  const end = Date.now() + deadlineMilliseconds;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= end) throw new Error(`not within ${deadlineMilliseconds} ms: ${what}`, { cause });
    await new Promise<void>((resolve) => setTimeout(resolve, 25));
  }
}
