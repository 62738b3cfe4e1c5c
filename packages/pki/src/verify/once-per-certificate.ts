import type { Certificate } from '../pki/certificate.ts';

/**
 * The same function, which reads each certificate once, in however many paths it stands. A certificate does
 * not change, and what was read of it goes with it. What throws is tried again.
 */
export function oncePerCertificate<T>(
  read: (certificate: Certificate) => T,
): (certificate: Certificate) => T {
  const known = new WeakMap<Certificate, { readonly value: T }>();
  return (certificate) => {
    const found = known.get(certificate) ?? { value: read(certificate) };
    known.set(certificate, found);
    return found.value;
  };
}
