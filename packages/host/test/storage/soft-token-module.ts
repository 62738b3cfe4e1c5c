import koffi from 'koffi';
import { SOFT_TOKEN_MODULE } from './soft-token.ts';

const library = koffi.load(SOFT_TOKEN_MODULE, { deep: true });

/** Ends all sessions of this process with the soft token, and the login with them, behind the signers' back. */
export function closeSoftTokenSessions(): void {
  const closeAll = library.func('C_CloseAllSessions', 'ulong', ['ulong']);
  const listSlots = library.func('C_GetSlotList', 'ulong', ['uchar', 'void *', 'void *']);
  const slots = new BigUint64Array(8);
  const count = BigUint64Array.of(BigInt(slots.length));
  if (Number(listSlots(1, slots, count)) !== 0) throw new Error('no slots are listed');
  for (const slot of slots.subarray(0, Number(count[0]))) closeAll(slot);
}
