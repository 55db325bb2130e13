import { z } from "zod";
import { foreignYaml } from "../../basics/model/foreignYaml";

/** Where the ip-masq-agent masquerades nothing while its file names no ranges (Cilium, `pkg/ipmasq`). */
const DEFAULT_EXCEPTIONS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
];

const file = z.object({ nonMasqueradeCIDRs: z.array(z.string()).nullish() });

/** The ranges to which the ip-masq-agent masquerades nothing, by its file; without a file its defaults. Nothing of a file that cannot be read. */
export function masqueradeExceptions(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text.trim() === "") return DEFAULT_EXCEPTIONS;
  const { data } = file.safeParse(foreignYaml(text));
  if (data === undefined) return undefined;
  const ranges = data.nonMasqueradeCIDRs ?? [];
  return ranges.length > 0 ? ranges : DEFAULT_EXCEPTIONS;
}
