-- Prints one JSON line with what wrk saw. Arguments after "--": nothing, or "range SIZE LENGTH" (GET of ranges of LENGTH
-- bytes spread over SIZE), or "mount SOURCE DIGEST..." (each request mounts one blob into a repository that is new to it).
local requests = {}
local count = 0

function init(args)
  if args[1] == "range" then
    local size, length = tonumber(args[2]), tonumber(args[3])
    local parts = math.floor(size / length)
    for index = 1, 512 do
      local from = ((index * 2654435761) % parts) * length
      wrk.headers["Range"] = string.format("bytes=%d-%d", from, from + length - 1)
      requests[index] = wrk.format("GET")
    end
    request = function()
      count = count + 1
      return requests[count % 512 + 1]
    end
  elseif args[1] == "mount" then
    local source = args[2]
    local digests = #args - 2
    local host = wrk.headers["Host"]
    request = function()
      local target = math.floor(count / digests)
      local digest = args[count % digests + 3]
      count = count + 1
      return "POST /v2/mount/target-" .. target .. "/blobs/uploads/?mount=" .. digest .. "&from=" .. source
        .. " HTTP/1.1\r\nHost: " .. host .. "\r\nContent-Length: 0\r\n\r\n"
    end
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.6f,"bytes":%d,"errors":%d,"timeouts":%d,"p50Ms":%.4f,"p99Ms":%.4f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status, errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
