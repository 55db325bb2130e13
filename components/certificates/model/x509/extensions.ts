import { present } from "../../../basics/model/own";
import { bits, context, elements, Fields, NotDer, oid, only, smallNumber, TAG } from "./der";
import { nameConstraintsOf, type NameConstraints } from "./nameConstraints";

/** What a certificate has beside names, dates and key, as Go reads it (`processExtensions`). */
export interface Extensions {
  readonly basicConstraints?: { readonly isCA: boolean; readonly pathLength?: number };
  /** Whether key usage lets it sign certificates; absent where it has none. */
  readonly signsCertificates?: boolean;
  /** What it, and whatever it has signed, is good for; absent where nothing is said. */
  readonly purposes?: readonly string[];
  readonly nameConstraints?: NameConstraints;
  /** How many certificates below it, policies are demanded of a chain; absent for never. */
  readonly explicitPolicyAfter?: number;
  /** Extensions that must be understood, and are not, by Go. */
  readonly notUnderstood: readonly string[];
}

interface Extension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

const SAN_KINDS = new Set([context(1, false), context(2, false), context(6, false), context(7, false)]);
/** Read and checked by Go, or read past as known. */
const UNDERSTOOD = new Set(["2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.54"]);
const NEVER_CRITICAL: Readonly<Record<string, string>> = {
  "2.5.29.14": "its subject key identifier",
  "2.5.29.35": "its authority key identifier",
  "1.3.6.1.5.5.7.1.1": "its authority info access",
};

function split(list: Buffer): readonly Extension[] {
  const found = elements(only(list, TAG.sequence).value).map((each): Extension => {
    const fields = new Fields(each.value);
    const id = oid(fields.take(TAG.oid).value);
    const flag = fields.optional(TAG.boolean)?.value[0] ?? 0;
    if (each.tag !== TAG.sequence || (flag !== 0 && flag !== 0xff)) throw new NotDer("a malformed extension");
    return { id, critical: flag === 0xff, value: fields.take(TAG.octetString).value };
  });
  const twice = found.find(({ id }, index) => found.findIndex((each) => each.id === id) !== index);
  if (twice !== undefined) throw new NotDer(`extension ${twice.id} twice`);
  return found;
}

function basicConstraints(value: Buffer): NonNullable<Extensions["basicConstraints"]> {
  const fields = new Fields(only(value, TAG.sequence).value);
  const flag = fields.optional(TAG.boolean)?.value[0] ?? 0;
  const length = fields.optional(TAG.integer);
  if (flag !== 0 && flag !== 0xff) throw new NotDer("malformed basic constraints");
  return { isCA: flag === 0xff, ...(length === undefined ? {} : { pathLength: smallNumber(length.value) }) };
}

function explicitPolicy(value: Buffer): number | undefined {
  const after = new Fields(only(value, TAG.sequence).value).optional(context(0, false));
  return after === undefined ? undefined : smallNumber(after.value);
}

/** Reads one extension; `understood: false` where Go passes over it. @throws NotDer where Go refuses the certificate for it. */
function read({ id, value }: Extension): { readonly says: Partial<Extensions>; readonly understood: boolean } {
  switch (id) {
    case "2.5.29.15": {
      const usage = bits(only(value, TAG.bitString).value);
      return { says: usage.includes(true) ? { signsCertificates: usage[5] === true } : {}, understood: true };
    }
    case "2.5.29.19":
      return { says: { basicConstraints: basicConstraints(value) }, understood: true };
    case "2.5.29.37": {
      const purposes = elements(only(value, TAG.sequence).value).map((each) => oid(each.value));
      return { says: purposes.length === 0 ? {} : { purposes }, understood: true };
    }
    case "2.5.29.30": {
      const { understood, ...nameConstraints } = nameConstraintsOf(value);
      return { says: { nameConstraints }, understood };
    }
    case "2.5.29.36":
      return { says: present({ explicitPolicyAfter: explicitPolicy(value) }), understood: true };
    case "2.5.29.17": {
      const names = elements(only(value, TAG.sequence).value);
      return { says: {}, understood: names.some(({ tag }) => SAN_KINDS.has(tag)) };
    }
    case "2.5.29.14":
      only(value, TAG.octetString);
      return { says: {}, understood: true };
    case "2.5.29.35":
      only(value, TAG.sequence);
      return { says: {}, understood: true };
    default:
      return { says: {}, understood: UNDERSTOOD.has(id) };
  }
}

/** Reads the extensions of a certificate. @throws NotDer for what keeps Go from reading the certificate. */
export function extensionsOf(list: Buffer): Extensions {
  const all = split(list);
  for (const { id, critical } of all) {
    const name = Object.hasOwn(NEVER_CRITICAL, id) ? NEVER_CRITICAL[id] : undefined;
    if (critical && name !== undefined) throw new NotDer(`${name} marked as critical`);
  }
  const answers = all.map((extension) => ({ extension, ...read(extension) }));
  const notUnderstood = answers.flatMap(({ extension: { id, critical }, understood }) =>
    critical && !understood ? [id] : [],
  );
  return answers.reduce<Extensions>((said, { says }) => ({ ...said, ...says }), { notUnderstood });
}
