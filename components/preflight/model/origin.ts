import { isObjectName } from "../../mesh/model/names";

/** What keeps an object as it is declared elsewhere: it writes on the object by what it is declared. */
export interface Origin {
  readonly kind: "HelmRelease" | "Kustomization" | "Application";
  /** With its namespace, where the object names that. */
  readonly name: string;
}

type Texts = Readonly<Record<string, string>>;

const ofFlux = (labels: Texts, toolkit: string) =>
  [labels[`${toolkit}.toolkit.fluxcd.io/namespace`], labels[`${toolkit}.toolkit.fluxcd.io/name`]] as const;

/** Such as `network_cilium:/ConfigMap:kube-system/cilium-config`: the Application comes first, with its namespace where that is not Argo CD's own. */
const TRACKING_ID = "argocd.argoproj.io/tracking-id";

/** A name that Kubernetes takes; anything else there is a forgery or a mistake, and tells nothing. */
function named(kind: Origin["kind"], parts: readonly (string | undefined)[]): Origin | undefined {
  const known = parts.filter((part) => part !== undefined);
  return parts.at(-1) !== undefined && known.every(isObjectName) ? { kind, name: known.join("/") } : undefined;
}

/** What of Flux or Argo CD an object is declared in; it stays on the object when another manager takes fields over. */
export function originOf(labels: Texts = {}, annotations: Texts = {}): Origin | undefined {
  const application = annotations[TRACKING_ID]?.split(":")[0]?.split("_");
  return (
    named("HelmRelease", ofFlux(labels, "helm")) ??
    named("Kustomization", ofFlux(labels, "kustomize")) ??
    named("Application", application ?? [])
  );
}

const WHOSE: Readonly<Record<Origin["kind"], string>> = {
  HelmRelease: "Flux",
  Kustomization: "Flux",
  Application: "Argo CD",
};

/** Such as `HelmRelease flux-system/cilium of Flux`. */
export const originText = ({ kind, name }: Origin): string => `${kind} ${name} of ${WHOSE[kind]}`;
