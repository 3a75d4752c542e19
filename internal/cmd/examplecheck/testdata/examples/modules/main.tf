module "identity" {
  source = "./identity"
}
