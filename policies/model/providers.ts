import { isObject, isOn, valueAt, type PolicyResource } from "./resource";
import { rule, type Violation } from "./rule";

/** How the engine names the provider that it makes for resources without one: `default`, or `default_4_34_2`. */
const DEFAULT_PROVIDER = /::pulumi:providers:kubernetes::default(_\d+_\d+_\d+.*)?$/;

const hasDefaultProvider = ({ provider }: PolicyResource) => DEFAULT_PROVIDER.test(provider?.urn ?? "");

/** Every object has a provider of its own cluster: a default one writes to whatever cluster the kubeconfig at hand points to. */
export const explicitProvider = rule({
  name: "explicit-provider",
  description: "A Kubernetes object has an explicit provider, and goes to no cluster by chance.",
  resources: "all",
  config: {},
  check: (resource) =>
    isObject(resource) && hasDefaultProvider(resource)
      ? [
          {
            property: "provider",
            value: resource.provider?.name,
            reason: "is a default provider, of whatever cluster the kubeconfig at hand points to",
            fix: "give the resource, or the component it is in, the kubernetes.Provider of its cluster",
          },
        ]
      : [],
});

/** What a provider has to be set to, and what happens without it. */
const FLAGS = {
  enableSecretMutable: "so a change of a Secret deletes it first, and the mesh is lost for that moment",
  upsertExistingObjects: "so an up that was killed trips over its own objects",
} as const;

/** The providers of a mesh are as its components make them. */
export const providerSettings = rule({
  name: "provider-settings",
  description:
    "The provider of a mesh's object updates Secrets in place, takes its own objects over, and has a name for its cluster.",
  resources: "mesh",
  config: {},
  check: (resource) => {
    const { provider } = resource;
    if (!isObject(resource) || provider === undefined || hasDefaultProvider(resource)) return [];
    const of = (setting: string, reason: string, fix: string): Violation => ({
      property: "provider",
      value: provider.name,
      reason: `lacks ${setting}, ${reason}`,
      fix,
    });
    const off = Object.entries(FLAGS).flatMap(([flag, reason]) =>
      isOn(valueAt(provider.props, flag)) ? [] : [of(flag, reason, `set ${flag} of the provider to true`)],
    );
    const identifier = valueAt(provider.props, "clusterIdentifier");
    const isNamed = typeof identifier === "string" && identifier !== "";
    const reason = "so an edited kubeconfig replaces what it has made";
    const fix = "set clusterIdentifier of the provider to a name of the cluster that stays";
    return isNamed ? off : [...off, of("clusterIdentifier", reason, fix)];
  },
});
