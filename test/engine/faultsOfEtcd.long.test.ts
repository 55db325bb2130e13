import { API_ETCD, describeServerGone } from "./support/serverGone";

describeServerGone(API_ETCD);
