export { decodeCertsOnlyCms, encodeCertsOnlyCms } from '../pki/cms.ts';
