-- Ask Identity Cloud about a request. HAProxy has no forward authentication of its own; see haproxy.cfg beside this file.
--
-- `http-request lua.verify_access_key` sets these variables and decides nothing:
--   txn.access_key_status       what Identity Cloud answered; unset if it did not
--   txn.access_key_id, _name, _scopes, _labels, _challenge, _retry_after, _policy, _limit, _sunset
--                               headers of that answer, unset where it has none
-- It reads txn.access_key_scope, the scope that the access key needs: none if unset, several joined by a plus.

local QUESTION = "http://identity-cloud/auth/verify/?dialect=haproxy&scope="
local LISTENER = "abns@identity-cloud-verify"
local PATIENCE = 4000 -- milliseconds; haproxy.cfg gives up earlier

local TOLD = {
	access_key_id = "x-access-key-id",
	access_key_name = "x-access-key-name",
	access_key_scopes = "x-access-key-scopes",
	access_key_labels = "x-access-key-labels",
	access_key_challenge = "www-authenticate",
	access_key_retry_after = "retry-after",
	access_key_policy = "ratelimit-policy",
	access_key_limit = "ratelimit",
	access_key_sunset = "sunset",
}

-- All lines of a header, so that two of them are refused and none is picked; headers come indexed from 0.
local function lines(headers, name)
	local found = {}
	for index = 0, 1000 do
		local line = headers[name] and headers[name][index]
		if line == nil then
			break
		end
		table.insert(found, line)
	end
	return found
end

core.register_action("verify_access_key", { "http-req" }, function(txn)
	local headers = txn.http:req_get_headers()
	local answer = core.httpclient():get({
		url = QUESTION .. (txn:get_var("txn.access_key_scope") or ""),
		dst = LISTENER,
		timeout = PATIENCE,
		headers = {
			["authorization"] = lines(headers, "authorization"),
			["x-forwarded-for"] = { txn.f:src() },
		},
	})
	for variable, header in pairs(TOLD) do
		local values = answer.headers and answer.headers[header]
		if values then
			txn:set_var("txn." .. variable, values[0])
		end
	end
	txn:set_var("txn.access_key_status", answer.status)
end)
