if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  exit 1
fi

list=(a b)
n=${#list}
echo "run it"
