import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { type ConstrainedName, constrainedNamesOf } from './constrained-names.ts';
import { type NameConstraints, nameConstraintsOf } from './name-constraints-extension.ts';
import { isWithin, type NameSubtree, type SubtreeList } from './name-subtree.ts';
import { oncePerCertificate } from './once-per-certificate.ts';
import type { PathFault } from './path-extensions.ts';
import { isSelfIssued } from './self-issued.ts';
import type { WorkBudget } from './work-budget.ts';

/** What pays for comparisons. */
type Budget = Pick<WorkBudget, 'takeNameComparisons'>;

/** The certificate of a path that has a name which may not be there, or cannot be read. */
export interface NameFault {
  readonly index: number;
  readonly fault: PathFault;
}

/**
 * Checks the names of every certificate against the name constraints of those above it (RFC 5280 6.1.3 (b)
 * and (c), 6.1.4 (g)); a self-issued one is exempt unless it is the target. Those of the anchor do not count.
 *
 * Each set of constraints is met by itself, which comes to the intersections and unions of 6.1.4 (g). A
 * name that cannot be compared with a subtree of its form, since one of the two is malformed or the form
 * is not understood, fails. Excluded beats permitted.
 *
 * @param certificates the target first
 * @returns undefined when every name may be there
 */
export function findNameFault(certificates: readonly Certificate[], budget: Budget): NameFault | undefined {
  const constraints: NameConstraints[] = [];
  for (const [index, certificate] of [...certificates.entries()].reverse()) {
    const fault = readSafely(() => {
      const isExempt = index > 0 && isSelfIssued(certificate);
      const found = isExempt ? undefined : checkNames(certificate, constraints, budget);
      const below = constraintsOf(certificate);
      if (below !== undefined) constraints.push(below);
      return found;
    });
    if (fault !== undefined) return { index, fault };
  }
  return undefined;
}

function readSafely(check: () => PathFault | undefined): PathFault | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { code: 'extension_malformed', message: error.message };
  }
}

function checkNames(
  certificate: Certificate,
  constraints: readonly NameConstraints[],
  budget: Budget,
): PathFault | undefined {
  if (constraints.length === 0) return undefined;
  const names = namesOf(certificate);
  for (const { permitted, excluded } of constraints) {
    const fault =
      checkList(names, excluded, 'excluded', budget) ?? checkList(names, permitted, 'permitted', budget);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function checkList(
  names: readonly ConstrainedName[],
  subtrees: readonly NameSubtree[],
  list: SubtreeList,
  budget: Budget,
): PathFault | undefined {
  const byForm = groupByForm(subtrees);
  for (const name of names) {
    const sameForm = byForm.get(name.form);
    if (sameForm === undefined) continue;
    if (!budget.takeNameComparisons(sameForm.length)) return TOO_MUCH_WORK;
    const place = placeOf(name, sameForm, list);
    if (place === 'unclear') return violated(`a name of the form ${name.form} cannot be compared`);
    if (place === 'inside' && list === 'excluded')
      return violated(`a name of the form ${name.form} is excluded`);
    if (place === 'outside' && list === 'permitted')
      return violated(`a name of the form ${name.form} is not permitted`);
  }
  return undefined;
}

function groupByForm(subtrees: readonly NameSubtree[]): ReadonlyMap<string, readonly NameSubtree[]> {
  const groups = new Map<string, NameSubtree[]>();
  for (const subtree of subtrees) {
    const group = groups.get(subtree.form);
    if (group === undefined) groups.set(subtree.form, [subtree]);
    else group.push(subtree);
  }
  return groups;
}

function placeOf(
  { value }: ConstrainedName,
  subtrees: readonly NameSubtree[],
  list: SubtreeList,
): 'inside' | 'outside' | 'unclear' {
  if (value === undefined) return 'unclear';
  let place: 'inside' | 'outside' = 'outside';
  for (const { base } of subtrees) {
    if (base === undefined) return 'unclear';
    if (isWithin(value, base, list)) place = 'inside';
  }
  return place;
}

function violated(message: string): PathFault {
  return { code: 'name_constraints_violated', message };
}

// Made ready once: a hostile search may lead through one certificate thousands of times.
const namesOf = oncePerCertificate(constrainedNamesOf);
const constraintsOf = oncePerCertificate(nameConstraintsOf);

const TOO_MUCH_WORK: PathFault = {
  code: 'work_budget_exceeded',
  message: 'too many names had to be compared',
};
