import { z } from "zod";
import { DEFAULT_SETTINGS } from "../../components/settings/model/settings";
import { valueAt, type PolicyResource } from "./resource";
import { rule, type Violation } from "./rule";

const HOURS_A_DAY = 24;
const CERTIFICATE = /^tls:index\/(selfSignedCert:SelfSignedCert|locallySignedCert:LocallySignedCert)$/;

/** Below this, there are no days left in the third of a lifetime in which it is renewed. */
const SHORTEST_RENEWED_DAYS = 3;

const { authorityDays, leafDays } = DEFAULT_SETTINGS.certificates;
const days = (most: number, what: string) =>
  z.int().min(1).default(most).describe(`The longest lifetime of ${what}, in days.`);

/** No certificate lives longer than it may, and each is renewed before it ends. */
export const certificateLifetime = rule({
  name: "certificate-lifetime",
  description: "A certificate lives no longer than it may, and is renewed before it ends.",
  resources: "mesh",
  config: {
    authorityDays: days(authorityDays, "a CA"),
    leafDays: days(leafDays, "a client or server certificate"),
  },
  check: (resource, most) => {
    if (!CERTIFICATE.test(resource.type)) return [];
    const hours = hoursOf(resource, "validityPeriodHours");
    const early = hoursOf(resource, "earlyRenewalHours");
    const setting = valueAt(resource.props, "isCaCertificate") === true ? "authorityDays" : "leafDays";
    return [...tooLong(hours, setting, most[setting]), ...notRenewed(hours, early)];
  },
});

/** Absent, it is none. */
const hoursOf = ({ props }: PolicyResource, name: string) => Number(valueAt(props, name) ?? 0);

function tooLong(hours: number, setting: string, most: number): readonly Violation[] {
  if (hours <= most * HOURS_A_DAY) return [];
  return [
    {
      property: "validityPeriodHours",
      value: hours,
      reason: `is more than ${most} days`,
      fix: `set certificates.${setting} of the mesh to ${most} at most`,
    },
  ];
}

function notRenewed(hours: number, early: number): readonly Violation[] {
  const isRenewed = early > 0 || hours < SHORTEST_RENEWED_DAYS * HOURS_A_DAY;
  if (isRenewed && early < hours) return [];
  const reason = early < hours ? "has no up renew it before it ends" : "has every up renew it";
  const fix = `set it to more than 0 and less than validityPeriodHours, ${hours}`;
  return [{ property: "earlyRenewalHours", value: early, reason, fix }];
}

const KEY = "tls:index/privateKey:PrivateKey";

/** What the tls provider takes where nothing is given. */
const BY_DEFAULT = { algorithm: undefined, ecdsaCurve: "P224", rsaBits: 2048 } as const;

/** The shortest RSA key that the settings of a mesh have, `RSA2048`. */
const SHORTEST_RSA = 2048;

/** No key is weaker than it may be. */
export const keyStrength = rule({
  name: "key-strength",
  description: "A private key is ED25519, ECDSA on P256 or a larger curve, or RSA of enough bits.",
  resources: "mesh",
  config: {
    rsaBits: z.int().min(SHORTEST_RSA).default(SHORTEST_RSA).describe("The fewest bits of an RSA key."),
    ecdsaBits: z.literal([256, 384, 521]).default(256).describe("The fewest bits of an ECDSA key: 256, 384 or 521."),
  },
  check: (resource, fewest) => (resource.type === KEY ? weakKey(resource, fewest) : []),
});

interface FewestBits {
  readonly rsaBits: number;
  readonly ecdsaBits: number;
}

function weakKey({ props }: PolicyResource, { rsaBits, ecdsaBits }: FewestBits): readonly Violation[] {
  const given = (name: keyof typeof BY_DEFAULT) => valueAt(props, name) ?? BY_DEFAULT[name];
  const algorithm = given("algorithm");
  switch (algorithm) {
    case "ED25519":
      return [];
    case "ECDSA": {
      const value = given("ecdsaCurve");
      const fix = `set certificates.keyAlgorithm of the mesh, or ecdsaCurve, to P${ecdsaBits} or a larger curve`;
      const bits = typeof value === "string" ? Number(/^P(\d+)$/.exec(value)?.[1]) : NaN;
      return bits >= ecdsaBits
        ? []
        : [{ property: "ecdsaCurve", value, reason: `has fewer than ${ecdsaBits} bits`, fix }];
    }
    case "RSA": {
      const value = given("rsaBits");
      const fix = `set certificates.keyAlgorithm of the mesh, or rsaBits, to ${rsaBits} bits or more`;
      return Number(value) >= rsaBits ? [] : [{ property: "rsaBits", value, reason: `are fewer than ${rsaBits}`, fix }];
    }
    default:
      return [
        {
          property: "algorithm",
          value: algorithm,
          reason: "is not known here",
          fix: "set it to ECDSA, RSA or ED25519",
        },
      ];
  }
}
