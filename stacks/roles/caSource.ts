import { caSourceOf, type CaSource } from "../../components";
import { validateAdoptedCa } from "../../components/certificates/model/validateCa";
import type { Diagnostic } from "../../components/mesh/model/diagnostic";
import type { Configuration } from "../configuration/schema";
import type { Role } from "./role";

/** Who signs, as a stack of this role has it. */
export function caSource(configuration: Configuration, role: Role): CaSource {
  return role.kind === "cluster"
    ? { kind: "published", from: role.origin, signing: role.signing }
    : caSourceOf(configuration);
}

/** What keeps a stack from signing as the authority stack would. */
export function publishedProblems(role: Role, now: Date): readonly Diagnostic[] {
  if (role.kind !== "cluster") {
    return [];
  }
  const { authorityStack, signing } = role;
  return Object.entries(signing).flatMap(([name, { certificate, privateKey }]) =>
    validateAdoptedCa({ property: `the authority ${JSON.stringify(name)}` }, { certificate, privateKey }, now).map(
      (each) => ({ ...each, fix: `pulumi up --stack ${authorityStack} publishes one that can sign` }),
    ),
  );
}
