/** The one error this server throws on purpose, and the one table of what each code means. */

type ErrorRow = {
  /** HTTP status of the answer. */
  status: number;
  /** Shown when the thrower has nothing better to say. */
  message: string;
  /** The code that clients see, where it differs from the row's own name. */
  wireCode?: string;
};

/** Spec: distribution-spec 1.1, "Error Codes". Rows under "ours" are extensions the field already uses. */
export const ERROR_CODES = {
  BLOB_UNKNOWN: { status: 404, message: "blob unknown to registry" },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: "blob upload unknown to registry" },
  DENIED: { status: 403, message: "requested access to the resource is denied" },
  DIGEST_INVALID: { status: 400, message: "provided digest did not match uploaded content" },
  MANIFEST_BLOB_UNKNOWN: { status: 400, message: "manifest references a blob or manifest unknown to this repository" },
  MANIFEST_INVALID: { status: 400, message: "manifest invalid" },
  MANIFEST_UNKNOWN: { status: 404, message: "manifest unknown to registry" },
  NAME_INVALID: { status: 400, message: "invalid repository name" },
  NAME_UNKNOWN: { status: 404, message: "repository name not known to registry" },
  SIZE_INVALID: { status: 400, message: "provided length did not match content length" },
  TOOMANYREQUESTS: { status: 429, message: "too many requests" },
  UNAUTHORIZED: { status: 401, message: "authentication required" },
  UNSUPPORTED: { status: 405, message: "the operation is unsupported" },
  // ours
  BODY_INCOMPLETE: {
    status: 400,
    message: "the request body ended early or was malformed",
    wireCode: "SIZE_INVALID",
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: "the request body is larger than this route accepts",
    wireCode: "SIZE_INVALID",
  },
  CONFLICT: { status: 409, message: "this does not fit what is there" },
  HOST_INVALID: { status: 400, message: "the Host header is missing, repeated or malformed" },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, message: "the body is not of a media type that is accepted here" },
  NOT_FOUND: { status: 404, message: "there is nothing at this address" },
  PAGINATION_NUMBER_INVALID: { status: 400, message: "invalid number of results requested" },
  PRECONDITION_FAILED: { status: 412, message: "it has changed since it was read: read it again" },
  PRECONDITION_REQUIRED: { status: 428, message: "this change needs If-Match with the ETag of what was read" },
  RANGE_INVALID: { status: 416, message: "invalid content range" },
  REQUEST_INVALID: { status: 400, message: "the request is malformed" },
  STORAGE_FULL: { status: 507, message: "the registry's disk is full" },
  TAG_INVALID: { status: 400, message: "invalid tag" },
  TIMEOUT: { status: 408, message: "the request body arrived too slowly" },
  TOO_MANY_TAGS: { status: 414, message: "too many tags in one request", wireCode: "TAG_INVALID" },
  UNAVAILABLE: { status: 503, message: "the registry cannot do this at the moment" },
  UNKNOWN: { status: 500, message: "internal error" },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_CODES;

export type ErrorOptions = {
  message?: string;
  /** Sent to the client as `detail`; any JSON value. */
  detail?: unknown;
  /** Several failures of one kind: the answer lists one error for each. */
  details?: readonly unknown[];
  cause?: unknown;
  /** Response headers the answer needs, such as `Range` or `Retry-After`. */
  headers?: Record<string, string>;
};

export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: ErrorCode;
  readonly details: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(options.message ?? ERROR_CODES[code].message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? [options.detail];
    this.headers = options.headers ?? {};
  }

  /** HTTP status of the answer. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** The code that clients see. */
  get wireCode(): string {
    const row: ErrorRow = ERROR_CODES[this.code];
    return row.wireCode ?? this.code;
  }
}
