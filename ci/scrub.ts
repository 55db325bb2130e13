/** Shorter values are words that appear anywhere; taking them out would only make the text unreadable. */
const SHORTEST_SECRET = 8;

const WHOLE_PEM = /-----BEGIN ([A-Z0-9 ]+)-----(?:(?!-----BEGIN )[^])*?-----END \1-----/g;
/** Pulumi cuts long values: a beginning without its end, in one line or with lines of base64 below it. */
const CUT_PEM = /-----BEGIN ([A-Z0-9 ]+)-----[^\n]*(?:\n[\s+~-]*[A-Za-z0-9+/=]{20,}[^\n]*)*/g;
/** "-----BEGIN" in base64: the data of a Kubernetes Secret, or of a kubeconfig. */
const ENCODED_PEM = /LS0tLS1CRUdJTi[A-Za-z0-9+/=]*/g;

/**
 * Takes certificates, private keys and the given values out of a text. Pulumi hides what it knows to be secret; this is for what
 * was never declared.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((rest, secret) => rest.replaceAll(secret, "[removed]"), text)
    .replace(WHOLE_PEM, "[$1 removed]")
    .replace(CUT_PEM, "[$1 removed]")
    .replace(ENCODED_PEM, "[PEM removed]");
}

/** The same of every text in some data. */
export function scrubbed<T>(value: T, secrets: readonly string[]): T {
  const scrubAny = (each: unknown): unknown => {
    if (typeof each === "string") return scrub(each, secrets);
    if (Array.isArray(each)) return each.map(scrubAny);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, of]) => [key, scrubAny(of)]));
  };
  // Texts become texts, and the rest stays: it is of the same type.
  return scrubAny(value) as T;
}
