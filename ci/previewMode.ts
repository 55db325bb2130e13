/**
 * What a stack is previewed against: its `state`, with whatever credentials its configuration and its environment give; or just on
 * `paper`: from nothing, without a cluster, which needs no credentials.
 */
export type PreviewMode = { readonly kind: "state" } | { readonly kind: "paper"; readonly reason: string };

/** The stack of the lab: its clusters and its state are on a developer's machine. */
const LAB_STACK = "local";

/** Decides from the stack's name and the environment of the job; an empty variable is one that is not set, as in a fork. */
export function previewMode(stack: string, env: NodeJS.ProcessEnv): PreviewMode {
  if (stack === LAB_STACK) {
    return { kind: "paper", reason: "its clusters are those of the lab on a developer's machine" };
  }
  if (!env["PULUMI_ACCESS_TOKEN"] && !env["PULUMI_BACKEND_URL"]) {
    return {
      kind: "paper",
      reason: "this job has neither PULUMI_ACCESS_TOKEN nor PULUMI_BACKEND_URL, as is right for a fork",
    };
  }
  return { kind: "state" };
}
