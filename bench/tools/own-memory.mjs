import { readFileSync } from 'node:fs';

/**
 * Watches the memory of this process that is its own: without the pages of the store, which the kernel
 * keeps and takes away as it likes. Where the kernel does not tell them apart, all resident memory.
 */
export function watchOwnMemory() {
  let peak = ownOctets();
  const timer = setInterval(() => {
    peak = Math.max(peak, ownOctets());
  }, 20);
  return {
    /** Octets at the worst of the moments that were looked at. */
    end() {
      clearInterval(timer);
      return Math.max(peak, ownOctets());
    },
  };
}

function ownOctets() {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}
