import * as pulumi from "@pulumi/pulumi";
import { validateCaSource, type CaSource } from "../../components";
import { dialledHosts } from "../../components/certificates/model/certificates";
import { validateAdoptedCa } from "../../components/certificates/model/validateCa";
import { error, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { AdoptedCA, Configuration } from "../configuration/schema";
import type { Role } from "./role";

/** How the etcds are dialled, all of them or one; nothing of one that is gone. */
function hostsOf({ clusters }: Configuration, cluster?: string): readonly string[] {
  const there = Object.entries(clusters).filter(([name, { gone }]) => gone !== true && name === (cluster ?? name));
  return there.flatMap(([, { etcd }]) => dialledHosts({ etcd }));
}

/** An adopted CA is the mesh's one, or each cluster's own; half of each is a slip. */
function configuredProblems(configuration: Configuration, now: Date): readonly Diagnostic[] {
  const managed = Object.entries(configuration.clusters).flatMap(([name, { etcd }]) =>
    etcd.ca === undefined ? [] : [{ name, ca: etcd.ca }],
  );
  const total = Object.keys(configuration.clusters).length;
  if (configuration.authority === "generated") {
    const fix = 'set clustermesh:authority to "adopted" to use it, or remove it';
    const unused = "is given, but the authority is generated";
    return [
      ...(configuration.ca === undefined ? [] : [error({ property: "clustermesh:ca", reason: unused, fix })]),
      ...managed.map(({ name }) => error({ cluster: name, property: "etcd.ca", reason: unused, fix })),
    ];
  }
  const shared = configuration.ca;
  if (shared !== undefined) {
    const both = managed.map(({ name }) =>
      error({
        cluster: name,
        property: "etcd.ca",
        reason: "is given beside clustermesh:ca",
        fix: "give one CA for all, or one for each cluster",
      }),
    );
    return [...both, ...validateAdoptedCa({ property: "clustermesh:ca" }, shared, now, hostsOf(configuration))];
  }
  const missing = Object.entries(configuration.clusters)
    .filter(([, { etcd, gone }]) => etcd.ca === undefined && gone !== true)
    .map(([name]) =>
      error({
        cluster: name,
        property: "etcd.ca",
        reason: "is missing",
        fix: "give every cluster its etcd's CA, or clustermesh:ca for all",
      }),
    );
  const invalid = managed.flatMap(({ name, ca }) =>
    validateAdoptedCa({ cluster: name, property: "etcd.ca" }, ca, now, hostsOf(configuration, name)),
  );
  return managed.length === 0 && total > 0
    ? [
        error({
          property: "clustermesh:ca",
          reason: "is missing",
          fix: "give certificate and privateKey of the CA that the etcds trust, or etcd.ca of each cluster",
        }),
      ]
    : [...missing, ...invalid];
}

function configuredCaSource(configuration: Configuration): CaSource {
  if (configuration.authority === "generated") {
    return { kind: "generated" };
  }
  const adopt = ({ privateKey, ...certificates }: AdoptedCA) => ({
    ...certificates,
    privateKey: pulumi.secret(privateKey),
  });
  if (configuration.ca !== undefined) {
    return { kind: "adopted", authority: adopt(configuration.ca) };
  }
  const authorities = Object.entries(configuration.clusters).flatMap(([name, { etcd }]) =>
    etcd.ca === undefined ? [] : [[name, adopt(etcd.ca)] as const],
  );
  return { kind: "adoptedPerCluster", authorities: Object.fromEntries(authorities) };
}

/** What keeps a stack from signing as the authority stack would. */
function publishedProblems(
  { authorityStack, signing }: Extract<Role, { kind: "member" }>,
  now: Date,
): readonly Diagnostic[] {
  return Object.entries(signing).flatMap(([name, { certificate, privateKey }]) =>
    validateAdoptedCa({ property: `the authority ${JSON.stringify(name)}` }, { certificate, privateKey }, now).map(
      (problem) => error({ ...problem, fix: `pulumi up --stack ${authorityStack} publishes one that can sign` }),
    ),
  );
}

/** Who signs, as a stack of this role has it, with what keeps it from signing. */
export function caSource(
  configuration: Configuration,
  role: Role,
  now: Date,
): { readonly authority: CaSource; readonly problems: readonly Diagnostic[] } {
  if (role.kind !== "member") {
    return { authority: configuredCaSource(configuration), problems: configuredProblems(configuration, now) };
  }
  const caSource: CaSource = { kind: "published", from: role.origin, signing: role.signing };
  const names = Object.entries(configuration.clusters).flatMap(([name, { gone }]) => (gone === true ? [] : [name]));
  return { authority: caSource, problems: [...validateCaSource(caSource, names), ...publishedProblems(role, now)] };
}
