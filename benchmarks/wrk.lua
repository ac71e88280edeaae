-- One Authorization header a line in the file named first; they are sent in turn. Reports one line of numbers.
local requests, turn = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", nil, { ["Authorization"] = line })
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("\nmeasured %d %d %d %d\n", summary.requests, summary.duration, errors.status, broken))
end
