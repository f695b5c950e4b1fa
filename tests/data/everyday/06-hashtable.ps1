#Requires -Modules Az.Accounts
param(
    [Parameter(Mandatory)] [string] $SubscriptionId,
    [Parameter(Mandatory)] [string] $ResourceGroupName,
    [string] $VMName = 'vm-web-01'
)

$payload = @{
    identity = @{
        type = 'SystemAssigned'
    }
    tags = @{
        env   = 'prod'
        owner = "team-web"
    }
} | ConvertTo-Json -Depth 10

$params = @{
    Path    = "/subscriptions/$SubscriptionId/resourceGroups/$ResourceGroupName/providers/Microsoft.Compute/virtualMachines/${VMName}?api-version=2023-09-01"
    Method  = 'PATCH'
    Payload = $payload
}
$response = Invoke-AzRestMethod @params
if ($response.StatusCode -notin 200, 202) { throw $response.Content }
