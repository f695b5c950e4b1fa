#!/usr/bin/env zsh
function patch_vm() {
  local vm="$1" type="${2:-SystemAssigned}"
  local url="https://management.azure.com/subscriptions/${AZURE_SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Compute/virtualMachines/${vm}?api-version=2023-07-01"
  if ! az rest --method PATCH --url "$url" --headers 'Content-Type=application/json' --body "{ \"identity\": { \"type\": \"${type}\" } }" --output none; then
    echo "failed: $vm" >&2; return 1
  fi
}
for vm in $(az vm list -g "$RESOURCE_GROUP" --query '[].name' -o tsv); do
  patch_vm "$vm" &
done
wait
RESPONSE=$(curl -sS -w '%{http_code}' -o /tmp/out.json -X PUT \
  "${ARM_ENDPOINT:-https://management.azure.com}/subscriptions/${AZURE_SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${ID_NAME}?api-version=2023-01-31" \
  -H "Authorization: Bearer $(az account get-access-token --query accessToken -o tsv)" \
  -H "Content-Type: application/json" \
  --data "{\"location\":\"${LOCATION}\"}")
case "$RESPONSE" in
  20*) ;;
  *) cat /tmp/out.json; exit 1 ;;
esac
