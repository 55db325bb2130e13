import { CONFIG_WEBHOOK, WEBHOOK } from "../../support/preflight/refusals";
import { describeRefused } from "../support/preflight/refused";

describeRefused([{ refusal: WEBHOOK, resource: /\(cluster2-(settled|etcd-server)\)/ }], [CONFIG_WEBHOOK]);
