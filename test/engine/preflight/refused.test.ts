import { CONFIG_WEBHOOK, WEBHOOK } from "../../support/preflight/refusals";
import { describeRefused } from "../support/preflight/refused";

describeRefused([{ refusal: WEBHOOK, resource: /\(clustermesh-cluster2-(rollout|etcd-server)\)/ }], [CONFIG_WEBHOOK]);
