import assert from "node:assert/strict";
import { PLACES } from "../../../support/kubernetes/roles";
import { member } from "../../support/mesh/mesh";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { DEFAULT_SETTINGS } from "../../../../components";
import { APISERVER_OBJECTS } from "../../../../components/apiserver/model/objects";
import type { ObjectsByCluster } from "../../../../components/kubernetes/model/managedObject";
import { managedObjectsOf } from "../../../../components/managedObjects";
import { demoObjects } from "../../../../components/demo/model/demo";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";
import {
  accessReview,
  apiserverRights,
  namedRights,
  previewRights,
  rightsProblems,
  upRights,
  usersRights,
  type Right,
} from "../../../../components/preflight/model/rights";

const FOLDER = join(resolve(__dirname, "..", "..", "..", ".."), "docs", "permissions");
const role = z.object({
  kind: z.literal("ClusterRole"),
  metadata: z.object({ name: z.string() }),
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
      verbs: z.array(z.string()),
    }),
  ),
});

type Role = z.infer<typeof role>;

const DEMO = demoObjects({ clusters: ["cluster1", "cluster2"] });
const rolesIn = (file: string): readonly Role[] =>
  parseAllDocuments(readFileSync(join(FOLDER, `${file}.yaml`), "utf8")).map((document) => role.parse(document.toJS()));
const PREVIEW = rolesIn("preview");
const UP = [...PREVIEW, ...rolesIn("up")];
const APISERVER = rolesIn("apiserver");
const NAME_AND_ID = rolesIn("name-and-id");
const OPTIONAL = [...rolesIn("demo"), ...rolesIn("restart-stale-pods")];
const ALL = [...UP, ...APISERVER, ...NAME_AND_ID, ...OPTIONAL];

function grants({ metadata, rules }: Role, { verb, group, resource, namespace, name }: Right): boolean {
  // To create is asked with a name, and granted by none: the name is not known when it is judged.
  const named = verb === "create" ? undefined : name;
  return (
    (PLACES[metadata.name] === "all" || namespace === "kube-system") &&
    rules.some(
      ({ apiGroups, resources, resourceNames, verbs }) =>
        apiGroups.includes(group) &&
        resources.includes(resource) &&
        verbs.includes(verb) &&
        (resourceNames === undefined || (named !== undefined && resourceNames.includes(named))),
    )
  );
}

const lacking = (roles: readonly Role[], rights: readonly Right[]): readonly Right[] =>
  rights.filter((right) => !roles.some((each) => grants(each, right)));

/** What roles grant of which nobody lacks anything. */
const needless = (roles: readonly Role[], wanted: readonly Right[]): readonly string[] =>
  roles.flatMap(({ rules }) =>
    rules.flatMap(({ resources, resourceNames = [undefined], verbs }) =>
      resourceNames.flatMap((name) =>
        verbs
          .filter((verb) => {
            const isWanted = (each: Right) =>
              each.verb === verb && (name ?? each.name) === each.name && resources.includes(each.resource);
            return !wanted.some(isWanted);
          })
          .map((verb) => `${verb} ${resources.join()} ${name ?? ""}`),
      ),
    ),
  );

/** What is looked at beside: where it may not be read, that is said. */
const identitiesAsked: readonly Right[] = [{ verb: "list", group: "cilium.io", resource: "ciliumidentities" }];

const managedObjects = (objects: ObjectsByCluster = {}) =>
  managedObjectsOf(member(1), { ...DEFAULT_SETTINGS, objects }, true);
const settings = { ...DEFAULT_SETTINGS, managedObjects: managedObjects() };

describe("model: rights", () => {
  it("are all in the roles that the documentation has", () => {
    assert.deepEqual(lacking(PREVIEW, previewRights(settings)), []);
    assert.deepEqual(lacking(UP, upRights(settings)), []);
    const demo = { ...settings, managedObjects: managedObjects(DEMO), allow: ["restartStalePods"] } as const;
    assert.deepEqual(lacking([...UP, ...OPTIONAL], upRights(demo)), []);
  });

  it("are all there with more roles in a cluster with clustermesh-apiserver, which needs all of them", () => {
    const cached = member(1, { publishes: "apiserver", reads: "cached" });
    const made = { ...DEFAULT_SETTINGS, managedObjects: managedObjectsOf(cached, DEFAULT_SETTINGS, true) };
    const { cilium } = made;
    const named = namedRights(cilium);
    const rights = [...upRights(made), ...apiserverRights(cilium), ...usersRights(cilium)];
    assert.deepEqual(lacking([...UP, ...APISERVER], rights), []);
    assert.deepEqual(lacking([...UP, ...APISERVER, ...NAME_AND_ID], [...rights, ...named]), []);
    assert.deepEqual(needless(APISERVER, lacking(UP, [...rights, ...identitiesAsked])), []);
    assert.deepEqual(needless(NAME_AND_ID, lacking(UP, named)), []);
  });

  it("are bound as the documentation says, each role once", () => {
    const page = readFileSync(join(FOLDER, "..", "reference", "permissions.md"), "utf8");
    const bindings = [
      ...page.matchAll(/^kubectl (-n kube-system )?create (cluster)?rolebinding \S+ --clusterrole=(\S+) /gm),
    ];
    const told = bindings.map(([, inOne, ofAll, name = ""]) => [
      name,
      ofAll === undefined && inOne !== undefined ? "one" : "all",
    ]);
    assert.equal(told.length, Object.keys(PLACES).length);
    assert.deepEqual(Object.fromEntries(told), PLACES);
    assert.deepEqual(ALL.map(({ metadata }) => metadata.name).sort(), Object.keys(PLACES).sort());
  });

  it("write nothing with the roles of a preview", () => {
    const roles = [...PREVIEW, ...APISERVER.filter(({ metadata }) => metadata.name.includes("-preview-"))];
    const verbs = new Set(roles.flatMap(({ rules }) => rules.flatMap((rule) => rule.verbs)));
    assert.deepEqual([...verbs].sort(), ["get", "list"]);
  });

  it("are more where there is more to do", () => {
    assert.ok(lacking(UP, upRights({ ...settings, managedObjects: managedObjects(DEMO) })).length > 0);
    assert.ok(lacking(UP, upRights({ ...settings, allow: ["restartStalePods"] })).length > 0);
  });

  it("write nothing in a preview", () => {
    const verbs = new Set(previewRights({ ...settings, managedObjects: managedObjects(DEMO) }).map(({ verb }) => verb));
    assert.deepEqual([...verbs].sort(), ["get", "list"]);
  });

  it("are no verb on everything", () => {
    const rules = ALL.flatMap((each) => each.rules);
    assert.ok(rules.every(({ verbs, apiGroups }) => !verbs.includes("*") && !apiGroups.includes("*")));
    const secrets = rules.filter(({ resources, verbs }) => resources.includes("secrets") && verbs.includes("patch"));
    assert.ok(secrets.every(({ resourceNames = [] }) => resourceNames.length > 0));
  });

  it("are to read each object of a clustermesh-apiserver by its name, where that is asked", () => {
    const rights = apiserverRights(DEFAULT_SETTINGS.cilium);
    const where = { verb: "get", group: "", namespace: "kube-system" };
    assert.deepEqual(rights.slice(0, 3), [
      { ...where, group: "apps", resource: "deployments", name: "clustermesh-apiserver" },
      { ...where, resource: "services", name: "clustermesh-apiserver" },
      { ...where, resource: "secrets", name: "cilium-ca" },
    ]);
    const names = rights.map(({ resource, name }) => `${resource}/${name ?? ""}`);
    assert.deepEqual(names, APISERVER_OBJECTS);
  });

  it("are to write the certificates by their names, and to make and delete identities, where this program sets the name", () => {
    const rights = namedRights(DEFAULT_SETTINGS.cilium).map(
      ({ verb, resource, name = "" }) => `${verb} ${resource} ${name}`,
    );
    assert.deepEqual(rights, [
      "patch secrets clustermesh-apiserver-admin-cert",
      "patch secrets clustermesh-apiserver-local-cert",
      "list ciliumidentities ",
      "create ciliumidentities ",
      "delete ciliumidentities ",
      "list ciliumendpoints ",
    ]);
  });

  it("are asked for one by one, a subresource as such", () => {
    const right = { verb: "create", group: "", resource: "pods/exec", namespace: "kube-system" };
    const resourceAttributes = { verb: "create", group: "", resource: "pods", subresource: "exec" };
    assert.deepEqual(accessReview(right), {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { ...resourceAttributes, namespace: "kube-system" } },
    });
  });

  it("that are missing are listed by resource", () => {
    const missing = upRights(settings).filter(({ resource }) => ["namespaces", "daemonsets"].includes(resource));
    assert.deepEqual(rightsProblems("west", missing).map(formatDiagnostic), [
      `cluster "west": namespaces is not for the kubeconfig's user to get; give the user the roles in docs/permissions`,
      `cluster "west": daemonsets.apps in namespace kube-system is not for the kubeconfig's user to get, patch, list, watch; give the user the roles in docs/permissions`,
    ]);
  });
});
