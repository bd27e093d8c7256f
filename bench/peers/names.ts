// The servers that are compared, and what stands for the limits of the machine.
export type PeerName = "docker-registry" | "berth";
export type LimitName = "nginx" | "empty handler" | "openssl";
