import type { Kubectl } from "../kubernetes/kubectl";
import { parseObject } from "../kubernetes/model/liveObject";

/** The files of the peers' Secret. A peer whose file has another owner stays. */
export async function secretFiles(kubectl: Kubectl, namespace: string, secret: string): Promise<ReadonlySet<string>> {
  const json = await kubectl.read(["get", `secret/${secret}`, "-n", namespace, "--ignore-not-found", "-o", "json"]);
  return new Set(Object.keys(parseObject(json)?.data ?? {}));
}
