import { POLICY, QUOTA } from "../../support/preflight/refusals";
import { describeRefused } from "../support/preflight/refused";

describeRefused(
  [
    { refusal: QUOTA, resource: /\(clustermesh-cluster2-(etcd-server|peers)\)/ },
    { refusal: POLICY, resource: /\(clustermesh-cluster2-rollout\)/ },
  ],
  [POLICY],
);
