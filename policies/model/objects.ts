import { z } from "zod";
import { DEFAULT_DEMO } from "../../components/demo/model/demo";
import { DEFAULT_SETTINGS } from "../../components/settings/model/settings";
import { filesKind, isObject, kindOf, valueAt, type PolicyResource } from "./resource";
import { rule } from "./rule";

const namespaces = (by: readonly string[], what: string) =>
  z
    .array(z.string())
    .default([...by])
    .describe(`The namespaces in which ${what} may be.`);

/** The namespace of an object; of a Namespace, the one that it is. */
function namespaceOf(resource: PolicyResource): unknown {
  if (kindOf(resource) === "Namespace") return valueAt(resource.props, "metadata", "name");
  return valueAt(resource.props, "metadata", "namespace") ?? "default";
}

/** The objects of a mesh are where they are meant to be. */
export const meshNamespaces = rule({
  name: "namespaces",
  description:
    "Secrets and ConfigMaps of a mesh are in Cilium's namespace, and its other objects in those of the demo.",
  resources: "mesh",
  config: {
    secrets: namespaces([DEFAULT_SETTINGS.cilium.namespace], "Secrets and ConfigMaps"),
    others: namespaces(
      [DEFAULT_DEMO.serverNamespace, DEFAULT_DEMO.clientNamespace],
      "other objects, those of the demo,",
    ),
  },
  check: (resource, { secrets, others }) => {
    if (!isObject(resource)) return [];
    const [allowed, setting] =
      filesKind(resource) === undefined
        ? ([others, "the demo's serverNamespace or clientNamespace"] as const)
        : ([secrets, "cilium.namespace"] as const);
    const value = namespaceOf(resource);
    return typeof value === "string" && allowed.includes(value)
      ? []
      : [
          {
            property: "namespace",
            value,
            reason: allowed.length === 0 ? "is not allowed, for none is" : `is none of ${allowed.join(", ")}`,
            fix: `set ${setting} to one of these, or list it in the policy's configuration`,
          },
        ];
  },
});

/** A Secret can be updated: one that cannot is deleted for each change. */
export const mutableSecret = rule({
  name: "mutable-secret",
  description: "A Secret or ConfigMap is not immutable, for a peer that changes would delete it for a moment.",
  resources: "mesh",
  config: {},
  check: (resource) =>
    filesKind(resource) !== undefined && valueAt(resource.props, "immutable") === true
      ? [
          {
            property: "immutable",
            value: true,
            reason: "has each change delete it first",
            fix: "leave immutable out",
          },
        ]
      : [],
});
