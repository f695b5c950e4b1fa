# curl -X PATCH 'https://management.azure.com/subscriptions/<SUB>/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web?api-version=2016-03-30' -d '{"identity":{"type":"SystemAssigned"}}'
echo 'curl https://management.azure.com/x -d {bad'
: <<'C'
curl -X PATCH https://management.azure.com/subscriptions/x -d '{bad'
C
