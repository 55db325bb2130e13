import { CONFIG_WEBHOOK, WEBHOOK } from "../support/refusals";
import { describeRefused } from "./support/refused";

describeRefused([{ refusal: WEBHOOK, resource: /\(cluster2-(config|etcd-server)\)/ }], [CONFIG_WEBHOOK]);
