import type { Kubectl } from "../kubernetes/kubectl";
import { OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { foreignIn } from "./model/namespaceContents";

const COLUMNS = [
  "{.kind}",
  "{.metadata.name}",
  "{.metadata.ownerReferences[0].kind}",
  `{.metadata.annotations.${OWNER_ANNOTATION.replaceAll(".", "\\.")}}`,
];

/** What others have in a namespace that this stack has made: it would go with it. */
export async function foreignContents(kubectl: Kubectl, namespace: string, owner: string): Promise<readonly string[]> {
  const listed = await kubectl.read(["api-resources", "--verbs=list,delete", "--namespaced=true", "-o", "name"]);
  const kinds = listed.split("\n").filter((kind) => kind !== "");
  const row = `${COLUMNS.join('{"\\t"}')}{"\\n"}`;
  const how = ["-n", namespace, "--ignore-not-found", "-o", `jsonpath={range .items[*]}${row}{end}`];
  return foreignIn(await kubectl.read(["get", kinds.join(","), ...how]), owner);
}
