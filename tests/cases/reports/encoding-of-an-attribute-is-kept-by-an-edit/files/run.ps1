Write-Host "größer"
exit 1
