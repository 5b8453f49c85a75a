"""The pages people use, rendered here, with little script: Studio, Rights, Operate, Verify."""
