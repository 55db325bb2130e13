import type { CheckFailure } from "../shared/provider";
import { hasUnknown, isList, isMap, isSecret, UNKNOWN, secret, type PropertyMap, type Value } from "../shared/value";

/** What one tls resource type takes and gives. */
export interface Schema {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly defaults: PropertyMap;
  /** Only known after creation. */
  readonly computed: readonly string[];
  readonly secrets: readonly string[];
  /** Inputs that change in place; any other change is a replacement. */
  readonly inPlace: readonly string[];
}

const CERTIFICATE_DEFAULTS = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false } as const;
const ISSUED = ["certPem", "validityStartTime", "validityEndTime", "maxPathLength"] as const;
const REQUESTED = ["dnsNames", "ipAddresses", "uris", "subject"] as const;
const PRIVATE = ["privateKeyPem", "privateKeyPemPkcs8"] as const;

const SCHEMAS: Readonly<Record<string, Schema>> = {
  "tls:index/privateKey:PrivateKey": {
    required: ["algorithm"],
    optional: ["ecdsaCurve", "rsaBits"],
    defaults: { ecdsaCurve: "P224", rsaBits: 2048 },
    computed: [...PRIVATE, "publicKeyPem"],
    secrets: PRIVATE,
    inPlace: [],
  },
  "tls:index/certRequest:CertRequest": {
    required: ["privateKeyPem"],
    optional: REQUESTED,
    defaults: {},
    computed: ["certRequestPem", "keyAlgorithm"],
    secrets: ["privateKeyPem"],
    inPlace: [],
  },
  "tls:index/selfSignedCert:SelfSignedCert": {
    required: ["privateKeyPem", "allowedUses", "validityPeriodHours"],
    optional: [...REQUESTED, ...Object.keys(CERTIFICATE_DEFAULTS), "maxPathLength"],
    defaults: CERTIFICATE_DEFAULTS,
    computed: [...ISSUED, "keyAlgorithm"],
    secrets: ["privateKeyPem"],
    inPlace: ["earlyRenewalHours"],
  },
  "tls:index/locallySignedCert:LocallySignedCert": {
    required: ["certRequestPem", "caCertPem", "caPrivateKeyPem", "allowedUses", "validityPeriodHours"],
    optional: [...Object.keys(CERTIFICATE_DEFAULTS), "maxPathLength"],
    defaults: CERTIFICATE_DEFAULTS,
    computed: [...ISSUED, "caKeyAlgorithm"],
    secrets: ["caPrivateKeyPem"],
    inPlace: ["earlyRenewalHours"],
  },
};

export function schemaOf(type: string): Schema {
  const schema = SCHEMAS[type];
  if (schema === undefined) throw new Error(`the stand-in of the tls plugin has no ${type}`);
  return schema;
}

const oneOf = (fix: readonly string[]) => (value: Value) =>
  typeof value === "string" && fix.includes(value) ? undefined : `must be one of ${fix.join(", ")}`;
const atLeast = (least: number) => (value: Value) =>
  typeof value === "number" && Number.isInteger(value) && value >= least
    ? undefined
    : `must be a whole number of at least ${String(least)}`;
const flag = (value: Value) => (typeof value === "boolean" ? undefined : "must be a boolean");
const text = (value: Value) => (typeof value === "string" ? undefined : "must be a string");
const texts = (value: Value) =>
  isList(value) && value.every((item) => text(item) === undefined) ? undefined : "must be a list of strings";

/** The values of `allowedUses` that the stand-in takes. */
const USES = [
  ...["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"],
  ...["cert_signing", "crl_signing", "server_auth", "client_auth", "code_signing"],
];
const uses = (value: Value) =>
  texts(value) ?? (isList(value) ? value.map(oneOf(USES)).find((reason) => reason !== undefined) : undefined);

const RULES: Readonly<Record<string, (value: Value) => string | undefined>> = {
  algorithm: oneOf(["RSA", "ECDSA", "ED25519"]),
  ecdsaCurve: oneOf(["P224", "P256", "P384", "P521"]),
  rsaBits: atLeast(0),
  validityPeriodHours: atLeast(0),
  earlyRenewalHours: atLeast(0),
  maxPathLength: atLeast(-1),
  isCaCertificate: flag,
  setSubjectKeyId: flag,
  allowedUses: uses,
  dnsNames: texts,
  ipAddresses: texts,
  uris: texts,
  subject: (value) => (isMap(value) ? undefined : "must be a map"),
};

/** Everything wrong with the inputs; unknown values are not judged. */
export function failures({ required, optional }: Schema, inputs: PropertyMap): readonly CheckFailure[] {
  const given = Object.entries(inputs).filter(([key, value]) => value !== null && !key.startsWith("__"));
  const missing = required.filter((key) => !given.some(([name]) => name === key));
  return [
    ...missing.map((property) => ({ property, reason: "is required" })),
    ...given.flatMap(([property, value]) => {
      if (![...required, ...optional].includes(property))
        return [{ property, reason: "is not a property of this resource" }];
      const open = isSecret(value) ? value.value : value;
      const reason = hasUnknown(open) ? undefined : (RULES[property] ?? text)(open);
      return reason === undefined ? [] : [{ property, reason: `${reason}, not ${JSON.stringify(open)}` }];
    }),
  ];
}

/** Inputs with defaults, without what is absent. */
export function planned({ defaults }: Schema, inputs: PropertyMap): PropertyMap {
  const given = Object.entries(inputs).filter(([key, value]) => value !== null && !key.startsWith("__"));
  return { ...defaults, ...Object.fromEntries(given) };
}

/** What a preview of a creation shows: all that the plugin will compute is unknown. */
export function previewed(schema: Schema, plan: PropertyMap): PropertyMap {
  const unknown = schema.computed.filter((key) => plan[key] === undefined).map((key) => [key, UNKNOWN] as const);
  return withSecrets(schema, { ...plan, ...Object.fromEntries(unknown) });
}

/** The properties that the schema calls sensitive, marked as secrets. */
export function withSecrets({ secrets }: Schema, state: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, secrets.includes(key) ? secret(value) : value]),
  );
}
