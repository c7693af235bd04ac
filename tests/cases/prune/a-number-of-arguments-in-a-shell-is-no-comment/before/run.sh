if [ $# -ne 1 ]; then
  exit 1
fi

list=(a b)
n=${#list[@]}
echo run
