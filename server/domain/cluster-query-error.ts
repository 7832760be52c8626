/** An expression of the cluster query language that cannot be read, with what is wrong with it. */
export class ClusterQueryError extends Error {}
