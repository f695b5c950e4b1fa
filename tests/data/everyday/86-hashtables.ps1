$id = "/subscriptions/$sub/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"
$body = @{
  location = 'westus'  # here
  identity = [ordered]@{
    type = "SystemAssigned,UserAssigned"
    userAssignedIdentities = @{ $id = @{}; "$($x["b"])" = @{}; $y.Id = $null }
  }
  zones = @('1', '2')
  tags = @{ a = $env:X; b = "say `"hi`""; 'c-d' = (Get-Date).ToString() }
  properties = @{
    hardwareProfile = @{ vmSize = $size }
    storageProfile = @{ osDisk = @{ createOption = 'fromImage'; diskSizeGB = '128' }; dataDisks = @(@{ lun = 0; createOption = 'Empty' }, @{ lun = 1; createOption = 'Empty' }) }
    networkProfile = @{ networkInterfaces = @(
        @{ id = $nic.Id }
        @{ id = "x/$nic" }
      ) }
    osProfile = if ($x) { @{ a = 1 } } else { $null }
    diagnosticsProfile = @{ bootDiagnostics = @{ enabled = $True } }
  }
}
$u = "https://management.azure.com/subscriptions/$sub/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2023-03-01"
Invoke-AzRestMethod -Uri $u -Method PUT -Payload ($body | ConvertTo-Json -Depth 10)
$body['location'] = 3
Invoke-AzRestMethod -Uri $u -Method PUT -Payload ($body | ConvertTo-Json -Depth 10)
irm $u -Method Patch -Headers $h -ContentType application/json -Body (ConvertTo-Json -Depth 5 -InputObject @{ identity = @{ typ = 'None' } })
@{ identity = @{ type = 'none' } } | ConvertTo-Json | irm $u -Method Patch -Headers $h -ContentType application/json
$b = '{{"identity":{{"type":"{0}","userAssignedIdentities":{{"{1}":{{}}}}}}}}' -f $type, $id
irm $u -Method Patch -Headers $h -ContentType application/json -Body $b
@{ location = 'westus' } | ConvertTo-Json | Out-File body.json
az rest --method put --url "https://management.azure.com/subscriptions/$sub/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a?api-version=2023-01-31" --body '@body.json'
$c = "{{`"identity`":{{`"type`":`"systemAssigned`"}}}}" -f $type
irm $u -Method Patch -Headers $h -ContentType application/json -Body $c
