usual($row; $answer)
