// LANCRE_BENCH_SCALE makes everything smaller, for a run that only shows that the benchmark works.

/** 1, or what LANCRE_BENCH_SCALE says. */
export const scale = readScale(process.env.LANCRE_BENCH_SCALE);

/** A number of things, scaled, but not below `least`. */
export function scaled(count, least = 1) {
  return Math.max(least, Math.round(count * scale));
}

function readScale(text) {
  if (text === undefined || text === '') return 1;
  const value = Number(text);
  if (value > 0 && value <= 10) return value;
  throw new Error(`LANCRE_BENCH_SCALE: "${text}" is not a number above 0, such as 0.01`);
}
